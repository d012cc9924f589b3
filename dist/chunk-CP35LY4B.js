import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as n}from"./chunk-4S2OODW2.js";var r=/\\(?=[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_])\\(?=[*?])/u;function p(e){return r.test(e)?e.replaceAll(new RegExp(r,"gu"),"/"):void 0}n(p,"withForwardSlashes");export{p as a};
