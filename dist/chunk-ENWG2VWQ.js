import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as n}from"./chunk-H34LAP5R.js";import{a as p}from"./chunk-4S2OODW2.js";var r=new RegExp("(?!\\t)\\p{C}|[\\u2028\\u2029]","gu"),a=new RegExp(`${n.map(e=>e.replace("[","\\[")).join("|")}|${r.source}`,"gu");function c(e,{colour:s=!1}={}){return e.split(`
`).map(i=>i.replace(s?a:r,t=>n.includes(t)?t:"�").replace(/^(\s*)::/,"$1: :").replaceAll("##[","# #[")).join(`
`)}p(c,"forTerminal");export{c as a};
