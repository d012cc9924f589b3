import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var c=["top-1","top-5"];export{c as a};
