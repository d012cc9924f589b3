import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
function r({issues:s},n="the document"){let[e]=s,i=e?.path.map(String).join(".")||n;if(e===void 0)return`${i}: is wrong`;let t=e.code==="invalid_type"&&e.message.endsWith("received undefined");return`${i}: ${t?"is missing":e.message}`}export{r as a};
