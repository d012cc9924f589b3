import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var i=new RegExp("\\p{C}","gu");function s(r,e=2e3){let t=r.replace(/\s+/gu," ").trim().replace(i,"�"),n=[...t];if(n.length<=e)return t;let c=Math.ceil((e-1)/2);return`${n.slice(0,c).join("")}…${n.slice(n.length-(e-1-c)).join("")}`}export{s as a};
