import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{l as a}from"./chunk-VBBLYXIJ.js";import"./chunk-BP3TXHP2.js";import"./chunk-AYK7HT6Q.js";import"./chunk-2UD3YTNK.js";import"./chunk-Y7H5RCI5.js";import"./chunk-B4FLNA7H.js";import"./chunk-FUXSBQJ3.js";import"./chunk-O5KOK6FS.js";import"./chunk-OSS2AYIF.js";export{a as lowerToTflite};
