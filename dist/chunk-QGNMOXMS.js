import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as s}from"./chunk-4S2OODW2.js";var o=new RegExp("\\p{C}|[\\u2028\\u2029]|(?<=#)#(?=\\[)","gu");function u(n){return`${JSON.stringify(n,null,2).split(`
`).map(t=>t.replace(o,r)).join(`
`)}
`}s(u,"jsonText");function r(n){return Array.from({length:n.length},(t,e)=>n.charCodeAt(e)).map(t=>`\\u${t.toString(16).padStart(4,"0")}`).join("")}s(r,"escapesOf");export{u as a};
