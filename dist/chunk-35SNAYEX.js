import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as r}from"./chunk-4S2OODW2.js";function i(e){let s=performance.now();return(o,n)=>{let t=performance.now();t-s<3e3||o===n||(s=t,e(`  ${o} of ${n} samples`))}}r(i,"progressLines");function g(e){return{step:r(s=>e(s),"step"),samples:i(e)}}r(g,"loggedProgress");export{g as a};
