import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
var e=class extends Error{name="UserError"};function s(n){return n instanceof Error?n.message:String(n)}function c(n){return n instanceof Error&&"code"in n&&typeof n.code=="string"?n.code:void 0}function r(n){let t=n instanceof Error&&!(n instanceof e);return`${s(n)}${t?` (a bug in the gate${o(n)})`:""}`.slice(0,2e3)}function o(n){let t=n.stack?.split(`
`).find(i=>i.trimStart().startsWith("at "));return t===void 0?"":`, ${t.trim()}`}export{e as a,s as b,c,r as d};
