import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var i=["pass","warn","fail","error"];function o(r){return i.indexOf(r)}function n(r){let t="pass";for(let e of r)o(e)>o(t)&&(t=e);return t}export{o as a,n as b};
