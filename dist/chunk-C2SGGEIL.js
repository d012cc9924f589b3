import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function t(r){let o=performance.now();return{step:e=>r(e),samples:(e,n)=>{let s=performance.now();s-o<3e3||e===n||(o=s,r(`  ${e} of ${n} samples`))}}}export{t as a};
