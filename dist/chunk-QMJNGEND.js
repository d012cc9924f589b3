import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as o,e as n,f as r}from"./chunk-FXL6YORD.js";var p=Object.defineProperty,u=(t,e)=>p(t,"name",{value:e,configurable:!0}),m=new o;function a(t,e,...i){let c=n.plugin(...i);return new c(r(t,e))}u(a,"getOctokit");export{m as a,a as b};
