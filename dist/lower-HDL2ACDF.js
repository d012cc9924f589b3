import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{t as a}from"./chunk-VUMVUMKA.js";import"./chunk-BPR3EAIW.js";import"./chunk-EWUQB5BY.js";import"./chunk-KM2SJUYQ.js";import"./chunk-Y7H5RCI5.js";import"./chunk-YHD2K5LD.js";import"./chunk-FUXSBQJ3.js";import"./chunk-O5KOK6FS.js";import"./chunk-OSS2AYIF.js";export{a as lowerToTflite};
