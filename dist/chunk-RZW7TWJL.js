import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as t}from"./chunk-4S2OODW2.js";var r={pass:0,fail:1,error:2};function a(e,o="fail"){return e==="error"?r.error:o==="never"||e==="pass"?r.pass:e==="fail"||o==="warn"?r.fail:r.pass}t(a,"exitCodeOf");export{r as a,a as b};
