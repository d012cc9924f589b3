import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var e=new RegExp("\\p{C}|[\\u2028\\u2029]|(?<=#)#(?=\\[)","gu");function r(n){return`${JSON.stringify(n,null,2).split(`
`).map(t=>t.replace(e,o)).join(`
`)}
`}function o(n){return Array.from({length:n.length},(t,i)=>n.charCodeAt(i)).map(t=>`\\u${t.toString(16).padStart(4,"0")}`).join("")}export{r as a};
