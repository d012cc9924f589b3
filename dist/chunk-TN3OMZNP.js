import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function r(n){return typeof n=="object"&&n!==null}function t(n,o){return r(n)&&Object.hasOwn(n,o)?n[o]:void 0}export{r as a,t as b};
