import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as e}from"./chunk-4S2OODW2.js";import{createReadStream as t}from"node:fs";var i=2**20;async function*a(r){yield*t(r,{highWaterMark:i})}e(a,"filePieces");export{a};
