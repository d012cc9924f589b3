import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as r}from"./chunk-4S2OODW2.js";import{createHash as e}from"node:crypto";function i(t){return e("sha256").update(t).digest("hex")}r(i,"sha256");export{i as a};
