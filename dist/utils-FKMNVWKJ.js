import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{b as a,c as b,d as c,e as d,f as e}from"./chunk-FXL6YORD.js";import"./chunk-Y2W6DDXZ.js";import"./chunk-LBAME7P6.js";import"./chunk-OSS2AYIF.js";export{d as GitHub,b as context,c as defaults,e as getOctokitOptions,a as getUserAgentWithOrchestrationId};
