import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as j}from"./chunk-P5NP4EKS.js";import{a as g}from"./chunk-PYZWHKOH.js";import{a as L}from"./chunk-QXKRVRYS.js";import{a as D}from"./chunk-TC6ZQXYN.js";import{a as B}from"./chunk-PF2SN4JO.js";import{b as I}from"./chunk-ONCVKDVJ.js";import{a as k}from"./chunk-CTGK4HQM.js";import{a as O,b as N}from"./chunk-LVVRT6B2.js";import"./chunk-7DOWWEPV.js";import{a as v}from"./chunk-QGNMOXMS.js";import"./chunk-P6QZC6J3.js";import{a as P,b as U}from"./chunk-SA3GBFJB.js";import{a as R}from"./chunk-A2JEEXK5.js";import"./chunk-B5756XXD.js";import"./chunk-A5IAK4A6.js";import"./chunk-HEDJV25G.js";import"./chunk-IGC5K4DY.js";import{d as A,e as C,l as y}from"./chunk-BKTYPIQ6.js";import"./chunk-2FX34PBU.js";import"./chunk-NV72BUMQ.js";import"./chunk-VFPYFH52.js";import"./chunk-QVQEX4VO.js";import{b as E}from"./chunk-RNYKELV5.js";import"./chunk-CAHA7H3M.js";import"./chunk-O7KOI76Z.js";import"./chunk-4EO6KT4F.js";import"./chunk-GVXVW5EQ.js";import"./chunk-H4H7UNQZ.js";import"./chunk-Z55PJBPZ.js";import"./chunk-T4K4HF2G.js";import"./chunk-U2CBUDUS.js";import"./chunk-TNWS66AP.js";import{b as F}from"./chunk-RFVNZVL7.js";import"./chunk-RII7H7PX.js";import"./chunk-AFAS35CN.js";import"./chunk-NBZRA6RU.js";import"./chunk-U7WF4Z4X.js";import"./chunk-U2H4NMXO.js";import"./chunk-B2LTEIU2.js";import"./chunk-T3ZAD54A.js";import{f as S}from"./chunk-XOKGNACG.js";import"./chunk-24GFFFJI.js";import"./chunk-IYMSNETX.js";import"./chunk-EWYYP2VP.js";import"./chunk-NCLFVCBW.js";import"./chunk-AM24NZZR.js";import{a as M}from"./chunk-Q4EO6P7I.js";import"./chunk-JL4ASX3I.js";import"./chunk-OKF2XZV2.js";import{a as $}from"./chunk-LQC7L4DR.js";import"./chunk-WNYFITMM.js";import"./chunk-QTBASC6I.js";import"./chunk-MUIWIOYW.js";import"./chunk-7GJZ2U3C.js";import"./chunk-JYVUGZXB.js";import"./chunk-DLBSSHR2.js";import"./chunk-YEOPXJUA.js";import"./chunk-S4YA6PJ4.js";import"./chunk-VEUK52JW.js";import"./chunk-H34LAP5R.js";import{d as x,f as l}from"./chunk-JKQV7TDT.js";import{a as _}from"./chunk-6DR5KURP.js";import"./chunk-HSUT6CD6.js";import"./chunk-Y2X6HKPI.js";import{b}from"./chunk-AO362RE7.js";import"./chunk-LW3O4M2I.js";import"./chunk-KBAAQXJJ.js";import"./chunk-IUIDWCJU.js";import"./chunk-BFLBX7J4.js";import"./chunk-J6BXCA65.js";import"./chunk-HSXAXFGB.js";import"./chunk-BSZLGONV.js";import"./chunk-EHC7KWYB.js";import"./chunk-PYUKSFYJ.js";import"./chunk-7QUZJ6CD.js";import{a as p,b as T}from"./chunk-KO4NCB4E.js";import{a as i}from"./chunk-4S2OODW2.js";import K from"node:path";import{mkdtempSync as ee,readFileSync as te,rmSync as re}from"node:fs";import{tmpdir as oe}from"node:os";import z from"node:path";var w=".ort";async function Z(t){let e=await F(),o=ee(z.join(oe(),"edge-ready-ort-")),n=z.join(o,`model${w}`);try{return await e.saveOrt(t,n),te(n)}catch(r){throw new p(`ONNX Runtime does not write this model as .ort: ${T(r).split(`
`)[0]}`)}finally{re(o,{recursive:!0,force:!0})}}i(Z,"ortFile");function W(t,e={}){let{tried:o,refused:n,chosen:r}=t,a=_.filter(s=>o.some(({measured:d})=>d.measurement[s]!==null)),f=o.map(s=>[s===r?">":"",l(s.recipe),...a.map(d=>{let h=s.measured.measurement[d];return h===null?"–":M(h,d)}),s.fits?{text:"fits",look:"good"}:"",s.isOnFront?"*":""]),m={align:"right"};return`${[N([{title:""},{title:"Recipe",flexible:!0},...a.map((s,d)=>({title:S(s),...m,...s==="accuracy"?{}:{optional:d}})),{title:"Budgets"},{title:"Front"}],f,e),O("* no other recipe here is as good in everything and better in something",e),n.map(({recipe:s,reason:d})=>O(`${l(s)}: ${$(d,300)}`,e)).join(`
`),r===null?"No recipe keeps the budgets; a smaller network has to be trained.":`Taken: ${l(r.recipe)}`].filter(s=>s!=="").join(`
`)}
`}i(W,"renderFitText");var G={BATCH_MATMUL:"BatchMatMul",CUMSUM:"CumSum",PADV2:"PadV2",UNIDIRECTIONAL_SEQUENCE_LSTM:"UnidirectionalSequenceLSTM","custom:CIRCULAR_BUFFER":"CircularBuffer","custom:TFLM_DECODE":"Decode","custom:TFLite_Detection_PostProcess":"DetectionPostprocess","custom:ethos-u":"EthosU"};function V(t,e,{arenaRequired:o}){let n=H(t),r=n.toUpperCase(),a=[...new Set([e.graph,...e.graph.subgraphs].flatMap(({operators:c})=>c.map(ne)))].sort(),f=a.map(c=>`    (resolver).${ie(c)};`),m=`#ifndef ${r}_H_
#define ${r}_H_

#include <stddef.h>
#include <stdint.h>

/** Bytes of the model. */
#define ${r}_SIZE ${e.bytes.byteLength}u

/** Bytes of the smallest arena with which allocation succeeds; align the arena to 16. */
#define ${r}_ARENA_SIZE ${o}u

/** Operators to register: tflite::MicroMutableOpResolver<${r}_OPERATORS> resolver; ${r}_REGISTER(resolver); */
#define ${r}_OPERATORS ${a.length}u
#define ${r}_REGISTER(resolver) \\
  do { \\
${f.map(c=>`${c} \\`).join(`
`)}
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif
extern const uint8_t ${n}[${r}_SIZE];
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
const uint8_t ${n}[${r}_SIZE] = {
${ae(e.bytes)}
};
`,header:m}}i(V,"cSource");function ne({domain:t,type:e}){return t===""?e:`${t}:${e}`}i(ne,"keyOf");function ie(t){let e=Object.hasOwn(G,t)?G[t]:void 0;if(e!==void 0)return`Add${e}()`;if(t.startsWith("custom:")){let o=t.slice(7);return`AddCustom(${JSON.stringify(o.replace(/[^ -~]|\?/g,"_"))}, Register_${H(o)}())`}return`Add${t.split("_").map(se).join("")}()`}i(ie,"callOf");function se(t){return t==="2D"?t:`${t.charAt(0)}${t.slice(1).toLowerCase()}`}i(se,"capitalized");function ae(t){let e=[];for(let o=0;o<t.length;o+=16){let n=Array.from(t.subarray(o,o+16),r=>`0x${r.toString(16).padStart(2,"0")},`);e.push(`  ${n.join(" ")}`)}return e.join(`
`)}i(ae,"rows");function H(t){let e=t.replace(/[^A-Za-z0-9_]/g,"_");return/^[A-Za-z]/.test(e)?e:`model_${e}`}i(H,"identifierOf");async function J(t,e,o,{budgets:n,progress:r}){let a=i(u=>E({change:{path:t.path,state:"new"},target:e,base:null,head:u,budgets:n,saving:null,problems:[]}),"judged"),f=P(t,e),m=0;return U({recipes:f,measure:i(u=>(r.step(`trying ${l(u)}`,m,Math.max(f.length,m+1)),m+=1,y(t,e,{...o,recipe:u})),"measure"),fits:i(u=>["pass","warn"].includes(a(u)),"fits")})}i(J,"fitModel");function X(t,e,o){return R(I(o),t.path,e,{rule:"base"})}i(X,"fitBudgets");function q({tried:t,refused:e,chosen:o}){return{chosen:o===null?null:l(o.recipe),tried:t.map(({recipe:n,measured:r,fits:a,isOnFront:f})=>({recipe:l(n),fits:a,isOnFront:f,measurement:r.measurement})),refused:e.map(({recipe:n,reason:r})=>({recipe:l(n),reason:r}))}}i(q,"fitJson");function Q({chosen:t,tried:e},o){if(t!==null)return t.measured;throw new p(`${o} was not written: none of the ${e.length} recipes that were tried keeps the budgets; a smaller network has to be trained.`)}i(Q,"chosenOf");async function ot(t,e,o){let n=await D(e),r=B(t);if(A(r))throw new p(`${t} is as ONNX Runtime saved it, which leaves nothing to do: optimise the .onnx that it was made from.`);if(e.cSource!==void 0&&n.runtime!=="tflm")throw new p(`--c-source is for TensorFlow Lite Micro; ${n.id} loads the file itself.`);let a=K.extname(e.output)===w;if(a&&n.runtime!=="onnxruntime")throw new p(`${w} is ONNX Runtime's own format; ${n.id} does not load it.`);if(e.html!==void 0&&e.fit!==!0)throw new p("--html goes with --fit: the page of all recipes that were tried.");let f=k(o),m=await L(e,f,r),u=e.fit===!0?await me(r,n,m,{options:e,progress:f,output:o}):void 0,{artifact:c,measurement:s}=u!==void 0?Q(u,e.output):await y(r,n,{...m,recipe:ue(m,r,n)});if(s.findings.some(({code:Y})=>Y==="format-not-loaded"))throw new p(`${e.output} was not written: ${s.unavailable.flash}`);let d=a?await Z(c):c;g(e.output,d),e.cSource!==void 0&&fe(e.cSource,c,s);let{recipe:h}=s.artifact;o.note(`${e.output}: ${d.byteLength} bytes of ${r.bytes.byteLength}, recipe ${h}`),e.json?o.result(v(u===void 0?s:q(u))):o.result(j(s,o.resultOptions))}i(ot,"optimizeCommand");async function me(t,e,o,{options:n,progress:r,output:a}){let f=X(t,e,n.config),m=await J(t,e,o,{budgets:f,progress:r});if(r.end(),a.note(W(m,a.noteOptions)),n.html!==void 0){let{fitPage:u}=await import("./fit-page-DDGFVVZE.js");g(n.html,new TextEncoder().encode(u(m,{model:t,target:e,budgets:f})))}return m}i(me,"fitAndTell");function ue({recipe:t,calibration:e},o,n){let r=C(t,o,n,e!==void 0);return t.numbers==="auto"&&r.numbers==="none"?x:r}i(ue,"improving");function fe(t,e,{memory:o}){if(o===null)throw new p(`${t}.c was not written: the arena of this model is not known.`);let{source:n,header:r}=V(K.basename(t),{bytes:e,graph:b(e,t)},o);g(`${t}.c`,Buffer.from(n)),g(`${t}.h`,Buffer.from(r))}i(fe,"writeCSource");export{ot as optimizeCommand};
