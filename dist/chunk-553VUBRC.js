import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{createReadStream as r}from"node:fs";var t=2**20;async function*n(e){yield*r(e,{highWaterMark:t})}export{n as a};
