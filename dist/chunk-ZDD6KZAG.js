import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var r={pass:0,fail:1,error:2};function t(e,o="fail"){return e==="error"?r.error:o==="never"||e==="pass"?r.pass:e==="fail"||o==="warn"?r.fail:r.pass}export{r as a,t as b};
