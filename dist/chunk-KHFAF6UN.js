import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as o,e as n,f as e}from"./chunk-Q52YO6I2.js";import{a as t}from"./chunk-4S2OODW2.js";var s=new o;function g(i,r,...c){let p=n.plugin(...c);return new p(e(i,r))}t(g,"getOctokit");export{s as a,g as b};
