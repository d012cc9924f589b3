import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as e}from"./chunk-4S2OODW2.js";var n=["pass","warn","fail","error"];function i(r){return n.indexOf(r)}e(i,"badness");function c(r){let t="pass";for(let o of r)i(o)>i(t)&&(t=o);return t}e(c,"worstVerdict");export{i as a,c as b};
