import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var e="generic-cortex-m4";export{e as a};
