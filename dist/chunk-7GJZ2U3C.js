import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as o}from"./chunk-4S2OODW2.js";function t(n){return typeof n=="object"&&n!==null}o(t,"isRecord");function e(n,r){return t(n)&&Object.hasOwn(n,r)?n[r]:void 0}o(e,"propertyOf");export{t as a,e as b};
