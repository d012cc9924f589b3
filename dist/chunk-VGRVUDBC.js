import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as n}from"./chunk-5QHIVJQV.js";var p=new RegExp("(?!\\t)\\p{C}|[\\u2028\\u2029]","gu"),i=new RegExp(`${n.map(e=>e.replace("[","\\[")).join("|")}|${p.source}`,"gu");function o(e,{colour:r=!1}={}){return e.split(`
`).map(s=>s.replace(r?i:p,t=>n.includes(t)?t:"�").replace(/^(\s*)::/,"$1: :").replaceAll("##[","# #[")).join(`
`)}export{o as a};
