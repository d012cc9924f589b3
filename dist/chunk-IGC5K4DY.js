import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as r}from"./chunk-4S2OODW2.js";function a(o){let n=performance.now();return{step:r(e=>o(e),"step"),samples:r((e,s)=>{let t=performance.now();t-n<3e3||e===s||(n=t,o(`  ${e} of ${s} samples`))},"samples")}}r(a,"loggedProgress");export{a};
