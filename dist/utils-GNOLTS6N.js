import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{b as a,c as b,d as c,e as d,f as e}from"./chunk-Q52YO6I2.js";import"./chunk-NRLVJQQW.js";import"./chunk-VRJRW55D.js";import"./chunk-4S2OODW2.js";export{d as GitHub,b as context,c as defaults,e as getOctokitOptions,a as getUserAgentWithOrchestrationId};
