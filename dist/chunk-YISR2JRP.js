import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as d,b as t,c as i}from"./chunk-KGIGJ7XO.js";import{k as o}from"./chunk-24UYQ3GX.js";import a from"node:path";function M(e){return o(d(e),e,{externalData:t(e)})}function x(e,r){let m=i(e,r),n=a.join(a.dirname(e),r);return o(m,n,{externalData:t(n)})}export{M as a,x as b};
