import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as L}from"./chunk-3CBF22GW.js";import{a as g}from"./chunk-3UUES33O.js";import{a as D}from"./chunk-D7XTPPH2.js";import"./chunk-WFESXRSL.js";import{a as I}from"./chunk-P67WUEDX.js";import{a as z}from"./chunk-OX7V6NGQ.js";import{a as B}from"./chunk-BTSHTDYP.js";import{a as j}from"./chunk-QGNMOXMS.js";import{a as O,b as k}from"./chunk-LVVRT6B2.js";import"./chunk-7DOWWEPV.js";import{a as N}from"./chunk-LXQ6WW5C.js";import{b as P}from"./chunk-H465GITN.js";import{a as U,b as v}from"./chunk-AKCKIULE.js";import{a as C}from"./chunk-SDNZXVXB.js";import{B as R}from"./chunk-ZDTNI6PH.js";import"./chunk-NQ666H53.js";import"./chunk-XS2UYHW3.js";import"./chunk-VPKPLDXP.js";import"./chunk-35SNAYEX.js";import{e as A,l as y}from"./chunk-25ESLMA7.js";import"./chunk-LZXBAJKY.js";import{b as E}from"./chunk-UXJRIGPY.js";import"./chunk-NJ3BC3DI.js";import"./chunk-O7KOI76Z.js";import"./chunk-4GC3GFEO.js";import"./chunk-HBY63BU3.js";import"./chunk-ZRHXQBKG.js";import"./chunk-3P4SJMOC.js";import"./chunk-JFVBG6CY.js";import"./chunk-EN3CK4QG.js";import{f as F}from"./chunk-2A45HX3J.js";import"./chunk-AFAS35CN.js";import"./chunk-PAAEOFFN.js";import"./chunk-RNM5N6WS.js";import"./chunk-7JTW6B4R.js";import"./chunk-YDBXKZ7T.js";import"./chunk-CP35LY4B.js";import"./chunk-T3ZAD54A.js";import{f as S}from"./chunk-JP4FTDDH.js";import"./chunk-H3N2P5ZG.js";import"./chunk-YRTFENJ2.js";import"./chunk-AO6S3R75.js";import"./chunk-KOEKZ6LH.js";import"./chunk-VVB7XMSD.js";import"./chunk-QGDLXZF7.js";import"./chunk-AM24NZZR.js";import"./chunk-JL4ASX3I.js";import{a as M}from"./chunk-AELKNCTV.js";import"./chunk-OKF2XZV2.js";import{a as $}from"./chunk-LQC7L4DR.js";import"./chunk-WNYFITMM.js";import"./chunk-JYVUGZXB.js";import"./chunk-KJ4MTSBD.js";import"./chunk-VEUK52JW.js";import"./chunk-H34LAP5R.js";import{d as T,f as c}from"./chunk-YXJSFMXE.js";import"./chunk-WARUWAZY.js";import{a as _}from"./chunk-BIJL64K4.js";import"./chunk-UEOGOWCY.js";import{b}from"./chunk-JMR2GC6E.js";import"./chunk-7YGPXJ2Z.js";import"./chunk-LTGD7SVW.js";import"./chunk-C3IQ6T3S.js";import"./chunk-U2Y5RTFM.js";import"./chunk-HSXAXFGB.js";import"./chunk-EPTLLLNA.js";import"./chunk-VA7KCGYG.js";import"./chunk-RVQDHOEF.js";import"./chunk-7QUZJ6CD.js";import{a as p,b as x}from"./chunk-EKGBGBM2.js";import{a as i}from"./chunk-4S2OODW2.js";import Y from"node:path";import{mkdtempSync as te,readFileSync as re,rmSync as oe}from"node:fs";import{tmpdir as ne}from"node:os";import Z from"node:path";var w=".ort";async function W(t){let e=await F(),r=te(Z.join(ne(),"edge-ready-ort-")),n=Z.join(r,`model${w}`);try{return await e.saveOrt(t,n),re(n)}catch(o){throw new p(`ONNX Runtime does not write this model as .ort: ${x(o).split(`
`)[0]}`)}finally{oe(r,{recursive:!0,force:!0})}}i(W,"ortFile");function G(t,e={}){let{tried:r,refused:n,chosen:o}=t,m=_.filter(s=>r.some(({measured:u})=>u.measurement[s]!==null)),f=r.map(s=>[s===o?">":"",c(s.recipe),...m.map(u=>{let h=s.measured.measurement[u];return h===null?"–":M(h,u)}),s.fits?{text:"fits",look:"good"}:"",s.isOnFront?"*":""]),a={align:"right"};return`${[k([{title:""},{title:"Recipe",flexible:!0},...m.map((s,u)=>({title:S(s),...a,...s==="accuracy"?{}:{optional:u}})),{title:"Budgets"},{title:"Front"}],f,e),O("* no other recipe here is as good in everything and better in something",e),n.map(({recipe:s,reason:u})=>O(`${c(s)}: ${$(u,300)}`,e)).join(`
`),o===null?"No recipe keeps the budgets; a smaller network has to be trained.":`Taken: ${c(o.recipe)}`].filter(s=>s!=="").join(`
`)}
`}i(G,"renderFitText");var V={BATCH_MATMUL:"BatchMatMul",CUMSUM:"CumSum",PADV2:"PadV2",UNIDIRECTIONAL_SEQUENCE_LSTM:"UnidirectionalSequenceLSTM","custom:CIRCULAR_BUFFER":"CircularBuffer","custom:TFLM_DECODE":"Decode","custom:TFLite_Detection_PostProcess":"DetectionPostprocess","custom:ethos-u":"EthosU"};function H(t,e,{arenaRequired:r}){let n=J(t),o=n.toUpperCase(),m=[...new Set([e.graph,...e.graph.subgraphs].flatMap(({operators:d})=>d.map(ie)))].sort(),f=m.map(d=>`    (resolver).${se(d)};`),a=`#ifndef ${o}_H_
#define ${o}_H_

#include <stddef.h>
#include <stdint.h>

/** Bytes of the model. */
#define ${o}_SIZE ${e.bytes.byteLength}u

/** Bytes of the smallest arena with which allocation succeeds; align the arena to 16. */
#define ${o}_ARENA_SIZE ${r}u

/** Operators to register: tflite::MicroMutableOpResolver<${o}_OPERATORS> resolver; ${o}_REGISTER(resolver); */
#define ${o}_OPERATORS ${m.length}u
#define ${o}_REGISTER(resolver) \\
  do { \\
${f.map(d=>`${d} \\`).join(`
`)}
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif
extern const uint8_t ${n}[${o}_SIZE];
#ifdef __cplusplus
}
#endif

#endif
`;return{source:`#include "${t}.h"

#if defined(__cplusplus)
alignas(16)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Alignas(16)
#else
__attribute__((aligned(16)))
#endif
const uint8_t ${n}[${o}_SIZE] = {
${me(e.bytes)}
};
`,header:a}}i(H,"cSource");function ie({domain:t,type:e}){return t===""?e:`${t}:${e}`}i(ie,"keyOf");function se(t){let e=Object.hasOwn(V,t)?V[t]:void 0;if(e!==void 0)return`Add${e}()`;if(t.startsWith("custom:")){let r=t.slice(7);return`AddCustom(${JSON.stringify(r.replace(/[^ -~]|\?/g,"_"))}, Register_${J(r)}())`}return`Add${t.split("_").map(ae).join("")}()`}i(se,"callOf");function ae(t){return t==="2D"?t:`${t.charAt(0)}${t.slice(1).toLowerCase()}`}i(ae,"capitalized");function me(t){let e=[];for(let r=0;r<t.length;r+=16){let n=Array.from(t.subarray(r,r+16),o=>`0x${o.toString(16).padStart(2,"0")},`);e.push(`  ${n.join(" ")}`)}return e.join(`
`)}i(me,"rows");function J(t){let e=t.replace(/[^A-Za-z0-9_]/g,"_");return/^[A-Za-z]/.test(e)?e:`model_${e}`}i(J,"identifierOf");import{existsSync as fe}from"node:fs";async function q(t,e,r,{budgets:n,progress:o}){let m=i(a=>E({change:{path:t.path,state:"new"},target:e,base:null,head:a,budgets:n,saving:null,problems:[]}),"judged"),f=U(t,e);return v({recipes:f,measure:i(a=>(o.step(`trying ${c(a)}`,f.indexOf(a),f.length),y(t,e,{...r,recipe:a})),"measure"),fits:i(a=>["pass","warn"].includes(m(a)),"fits")})}i(q,"fitModel");function X(t,e,r){return C(ue(r),t.path,e,{rule:"base"})}i(X,"fitBudgets");function ue(t){let e=t??R;return t===void 0&&!fe(e)?null:P(new TextDecoder().decode(N(e)),e)}i(ue,"readConfig");function Q({tried:t,refused:e,chosen:r}){return{chosen:r===null?null:c(r.recipe),tried:t.map(({recipe:n,measured:o,fits:m,isOnFront:f})=>({recipe:c(n),fits:m,isOnFront:f,measurement:o.measurement})),refused:e.map(({recipe:n,reason:o})=>({recipe:c(n),reason:o}))}}i(Q,"fitJson");function K({chosen:t,tried:e},r){if(t!==null)return t.measured;throw new p(`${r} was not written: none of the ${e.length} recipes that were tried keeps the budgets; a smaller network has to be trained.`)}i(K,"chosenOf");async function mt(t,e,r){let n=z(e.target),o=I(t);if(e.cSource!==void 0&&n.runtime!=="tflm")throw new p(`--c-source is for TensorFlow Lite Micro; ${n.id} loads the file itself.`);let m=Y.extname(e.output)===w;if(m&&n.runtime!=="onnxruntime")throw new p(`${w} is ONNX Runtime's own format; ${n.id} does not load it.`);if(e.html!==void 0&&e.fit!==!0)throw new p("--html goes with --fit: the page of all recipes that were tried.");let f=B(r),a=await D(e,f,o),l=e.fit===!0?await de(o,n,a,{options:e,progress:f,output:r}):void 0,{artifact:d,measurement:s}=l!==void 0?K(l,e.output):await y(o,n,{...a,recipe:pe(a,o,n)});if(s.findings.some(({code:ee})=>ee==="format-not-loaded"))throw new p(`${t} was not written: ${s.unavailable.flash}.`);let u=m?await W(d):d;g(e.output,u),e.cSource!==void 0&&ce(e.cSource,d,s);let{recipe:h}=s.artifact;r.note(`${e.output}: ${u.byteLength} bytes of ${o.bytes.byteLength}, recipe ${h}`),e.json?r.result(j(l===void 0?s:Q(l))):r.result(L(s,r.resultOptions))}i(mt,"optimizeCommand");async function de(t,e,r,{options:n,progress:o,output:m}){let f=X(t,e,n.config),a=await q(t,e,r,{budgets:f,progress:o});if(o.end(),m.note(G(a,m.noteOptions)),n.html!==void 0){let{fitPage:l}=await import("./fit-page-APHJQRI7.js");g(n.html,new TextEncoder().encode(l(a,{model:t,target:e,budgets:f})))}return a}i(de,"fitAndTell");function pe({recipe:t,calibration:e},r,n){let o=A(t,r,n,e!==void 0);return t.numbers==="auto"&&o.numbers==="none"?T:o}i(pe,"improving");function ce(t,e,{memory:r}){if(r===null)throw new p(`${t}.c was not written: the arena of this model is not known.`);let{source:n,header:o}=H(Y.basename(t),{bytes:e,graph:b(e,t)},r);g(`${t}.c`,Buffer.from(n)),g(`${t}.h`,Buffer.from(o))}i(ce,"writeCSource");export{mt as optimizeCommand};
