import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a as N}from"./chunk-FV3FYXBH.js";import{a as l}from"./chunk-IYKIQ5VE.js";import{a as B}from"./chunk-YDYLYQXE.js";import{a as I}from"./chunk-7TSBUI3V.js";import{a as j}from"./chunk-YISR2JRP.js";import{b as k}from"./chunk-DQZDPA3Q.js";import{a as L}from"./chunk-7V3FNNBF.js";import{a as w,b as v}from"./chunk-5XZOZW6C.js";import"./chunk-ADMDMO26.js";import{a as U}from"./chunk-4XPYX6J3.js";import"./chunk-KGIGJ7XO.js";import{a as F,b as P}from"./chunk-FEYL7CG4.js";import{a as b}from"./chunk-D4XHYUPF.js";import"./chunk-KDZ4HRCU.js";import"./chunk-E7IIPGWQ.js";import"./chunk-NN5UQVHD.js";import"./chunk-C2SGGEIL.js";import{d as E,e as A,l as h}from"./chunk-24UYQ3GX.js";import"./chunk-AA6PT64W.js";import"./chunk-553VUBRC.js";import"./chunk-2DWCO35W.js";import"./chunk-MMVNCWEE.js";import{b as R}from"./chunk-BMTF7SD3.js";import"./chunk-GLKZ54HV.js";import"./chunk-JMUZEWSY.js";import"./chunk-PECGZEJ2.js";import"./chunk-AVQB4RKU.js";import"./chunk-D45D7JF7.js";import"./chunk-RHCDWEVI.js";import"./chunk-OFGPFLLM.js";import"./chunk-VBBLYXIJ.js";import"./chunk-BP3TXHP2.js";import{b as C}from"./chunk-SFT6V7PB.js";import"./chunk-5LXZK32T.js";import"./chunk-FNXZNTUN.js";import"./chunk-DWZIHOEC.js";import"./chunk-RUCSM6OX.js";import"./chunk-EYM2MQMA.js";import"./chunk-RLCTDIIM.js";import"./chunk-6R4PPUTP.js";import{f as M}from"./chunk-75ZR4FPV.js";import"./chunk-STLAU2L4.js";import"./chunk-NUBGVSW3.js";import"./chunk-PVRGF3ND.js";import"./chunk-ATQEHUSQ.js";import"./chunk-AACMHVVI.js";import{a as _}from"./chunk-JLUHR6HY.js";import"./chunk-ST7CCKAB.js";import"./chunk-OKF2XZV2.js";import{a as O}from"./chunk-UE7IWVFF.js";import"./chunk-JZRZH4SJ.js";import"./chunk-XP2E74Z5.js";import"./chunk-DSW2OKXY.js";import"./chunk-TN3OMZNP.js";import"./chunk-IIDMGU7W.js";import"./chunk-M25DXUPL.js";import"./chunk-HGXHA6I5.js";import"./chunk-S4YA6PJ4.js";import"./chunk-VEUK52JW.js";import"./chunk-5QHIVJQV.js";import{d as T,f as c}from"./chunk-YAGKO76S.js";import{a as $}from"./chunk-6DR5KURP.js";import"./chunk-QMWRXY6E.js";import"./chunk-N3VHVMCZ.js";import{b as x}from"./chunk-HDC7YFUY.js";import"./chunk-2HMKLY7A.js";import"./chunk-Q432G5KU.js";import"./chunk-AYK7HT6Q.js";import"./chunk-RMRYNMVH.js";import"./chunk-UPBIXGGR.js";import"./chunk-HVFF2KA7.js";import"./chunk-2UD3YTNK.js";import"./chunk-Y7H5RCI5.js";import"./chunk-B4FLNA7H.js";import"./chunk-FUXSBQJ3.js";import{a as d,b as S}from"./chunk-O5KOK6FS.js";import"./chunk-OSS2AYIF.js";import Q from"node:path";import{mkdtempSync as Y,readFileSync as ee,rmSync as te}from"node:fs";import{tmpdir as re}from"node:os";import D from"node:path";var y=".ort";async function z(t){let e=await C(),o=Y(D.join(re(),"edge-ready-ort-")),n=D.join(o,`model${y}`);try{return await e.saveOrt(t,n),ee(n)}catch(r){throw new d(`ONNX Runtime does not write this model as .ort: ${S(r).split(`
`)[0]}`)}finally{te(o,{recursive:!0,force:!0})}}function Z(t,e={}){let{tried:o,refused:n,chosen:r}=t,s=$.filter(i=>o.some(({measured:f})=>f.measurement[i]!==null)),u=o.map(i=>[i===r?">":"",c(i.recipe),...s.map(f=>{let g=i.measured.measurement[f];return g===null?"–":_(g,f)}),i.fits?{text:"fits",look:"good"}:"",i.isOnFront?"*":""]),a={align:"right"};return`${[v([{title:""},{title:"Recipe",flexible:!0},...s.map((i,f)=>({title:M(i),...a,...i==="accuracy"?{}:{optional:f}})),{title:"Budgets"},{title:"Front"}],u,e),w("* no other recipe here is as good in everything and better in something",e),n.map(({recipe:i,reason:f})=>w(`${c(i)}: ${O(f,300)}`,e)).join(`
`),r===null?"No recipe keeps the budgets; a smaller network has to be trained.":`Taken: ${c(r.recipe)}`].filter(i=>i!=="").join(`
`)}
`}var W={BATCH_MATMUL:"BatchMatMul",CUMSUM:"CumSum",PADV2:"PadV2",UNIDIRECTIONAL_SEQUENCE_LSTM:"UnidirectionalSequenceLSTM","custom:CIRCULAR_BUFFER":"CircularBuffer","custom:TFLM_DECODE":"Decode","custom:TFLite_Detection_PostProcess":"DetectionPostprocess","custom:ethos-u":"EthosU"};function G(t,e,{arenaRequired:o}){let n=V(t),r=n.toUpperCase(),s=[...new Set([e.graph,...e.graph.subgraphs].flatMap(({operators:p})=>p.map(oe)))].sort(),u=s.map(p=>`    (resolver).${ne(p)};`),a=`#ifndef ${r}_H_
#define ${r}_H_

#include <stddef.h>
#include <stdint.h>

/** Bytes of the model. */
#define ${r}_SIZE ${e.bytes.byteLength}u

/** Bytes of the smallest arena with which allocation succeeds; align the arena to 16. */
#define ${r}_ARENA_SIZE ${o}u

/** Operators to register: tflite::MicroMutableOpResolver<${r}_OPERATORS> resolver; ${r}_REGISTER(resolver); */
#define ${r}_OPERATORS ${s.length}u
#define ${r}_REGISTER(resolver) \\
  do { \\
${u.map(p=>`${p} \\`).join(`
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
${se(e.bytes)}
};
`,header:a}}function oe({domain:t,type:e}){return t===""?e:`${t}:${e}`}function ne(t){let e=Object.hasOwn(W,t)?W[t]:void 0;if(e!==void 0)return`Add${e}()`;if(t.startsWith("custom:")){let o=t.slice(7);return`AddCustom(${JSON.stringify(o.replace(/[^ -~]|\?/g,"_"))}, Register_${V(o)}())`}return`Add${t.split("_").map(ie).join("")}()`}function ie(t){return t==="2D"?t:`${t.charAt(0)}${t.slice(1).toLowerCase()}`}function se(t){let e=[];for(let o=0;o<t.length;o+=16){let n=Array.from(t.subarray(o,o+16),r=>`0x${r.toString(16).padStart(2,"0")},`);e.push(`  ${n.join(" ")}`)}return e.join(`
`)}function V(t){let e=t.replace(/[^A-Za-z0-9_]/g,"_");return/^[A-Za-z]/.test(e)?e:`model_${e}`}async function H(t,e,o,{budgets:n,progress:r}){let s=m=>R({change:{path:t.path,state:"new"},target:e,base:null,head:m,budgets:n,saving:null,problems:[]}),u=F(t,e),a=0;return P({recipes:u,measure:m=>(r.step(`trying ${c(m)}`,a,Math.max(u.length,a+1)),a+=1,h(t,e,{...o,recipe:m})),fits:m=>["pass","warn"].includes(s(m))})}function J(t,e,o){return b(k(o),t.path,e,{rule:"base"})}function X({tried:t,refused:e,chosen:o}){return{chosen:o===null?null:c(o.recipe),tried:t.map(({recipe:n,measured:r,fits:s,isOnFront:u})=>({recipe:c(n),fits:s,isOnFront:u,measurement:r.measurement})),refused:e.map(({recipe:n,reason:r})=>({recipe:c(n),reason:r}))}}function q({chosen:t,tried:e},o){if(t!==null)return t.measured;throw new d(`${o} was not written: none of the ${e.length} recipes that were tried keeps the budgets; a smaller network has to be trained.`)}async function Ke(t,e,o){let n=await I(e),r=j(t);if(E(r))throw new d(`${t} is as ONNX Runtime saved it, which leaves nothing to do: optimise the .onnx that it was made from.`);if(e.cSource!==void 0&&n.runtime!=="tflm")throw new d(`--c-source is for TensorFlow Lite Micro; ${n.id} loads the file itself.`);let s=Q.extname(e.output)===y;if(s&&n.runtime!=="onnxruntime")throw new d(`${y} is ONNX Runtime's own format; ${n.id} does not load it.`);if(e.html!==void 0&&e.fit!==!0)throw new d("--html goes with --fit: the page of all recipes that were tried.");let u=L(o),a=await B(e,u,r),m=e.fit===!0?await ae(r,n,a,{options:e,progress:u,output:o}):void 0,{artifact:p,measurement:i}=m!==void 0?q(m,e.output):await h(r,n,{...a,recipe:me(a,r,n)});if(i.findings.some(({code:K})=>K==="format-not-loaded"))throw new d(`${e.output} was not written: ${i.unavailable.flash}`);let f=s?await z(p):p;l(e.output,f),e.cSource!==void 0&&ue(e.cSource,p,i);let{recipe:g}=i.artifact;o.note(`${e.output}: ${f.byteLength} bytes of ${r.bytes.byteLength}, recipe ${g}`),e.json?o.result(U(m===void 0?i:X(m))):o.result(N(i,o.resultOptions))}async function ae(t,e,o,{options:n,progress:r,output:s}){let u=J(t,e,n.config),a=await H(t,e,o,{budgets:u,progress:r});if(r.end(),s.note(Z(a,s.noteOptions)),n.html!==void 0){let{fitPage:m}=await import("./fit-page-34RXINK7.js");l(n.html,new TextEncoder().encode(m(a,{model:t,target:e,budgets:u})))}return a}function me({recipe:t,calibration:e},o,n){let r=A(t,o,n,e!==void 0);return t.numbers==="auto"&&r.numbers==="none"?T:r}function ue(t,e,{memory:o}){if(o===null)throw new d(`${t}.c was not written: the arena of this model is not known.`);let{source:n,header:r}=G(Q.basename(t),{bytes:e,graph:x(e,t)},o);l(`${t}.c`,Buffer.from(n)),l(`${t}.h`,Buffer.from(r))}export{Ke as optimizeCommand};
