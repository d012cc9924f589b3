// Runs one model with TensorFlow Lite Micro on an emulated Cortex-M (QEMU with semihosting: mps2-an386 is an M4, mps3-an547 an M55), and says what it did:
//   OUT and the bytes of each output, SEARCH, ARENA bytes used and smallest arena that is enough; or REFUSED; or FAULT
// Arguments (semihosting): file of the model, invocations, resource variables. Built with -DARENA=1048576, -DNDEBUG, -DTF_LITE_STATIC_MEMORY, and linked
// with the interpreter and the CMSIS-NN kernels (-DKERNELS_OPTIMIZED_FOR_SPEED). ops.inc defines register_all, which registers every operator but
// those of lite/micro/kernels' signal library.
#include <cstring>
#include <cstdio>
#include <new>
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"
static int sh(int op, const void* arg) { register int r0 asm("r0") = op; register const void* r1 asm("r1") = arg; asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory"); return r0; }
static void say(const char* s) { sh(4, s); }
static void finish(int code) { uint32_t a[2] = {0x20026, (uint32_t)code}; sh(0x20, a); for (;;) {} }
extern "C" void HardFault(void) { say("FAULT\n"); finish(3); }
extern "C" void DebugLog(const char* format, va_list args) { char b[300]; vsnprintf(b, sizeof b, format, args); say("LOG "); say(b); }
extern "C" int DebugVsnprintf(char* buffer, size_t buf_size, const char* format, va_list vlist) { return vsnprintf(buffer, buf_size, format, vlist); }
using R = tflite::MicroMutableOpResolver<128>;
extern "C" int atexit(void (*)(void)) { return 0; }
#include "ops.inc"
alignas(16) static uint8_t model_bytes[1 << 16];
constexpr size_t kArena = ARENA;
alignas(16) static uint8_t arena[kArena];
alignas(16) static uint8_t place[sizeof(tflite::MicroInterpreter)];
static R ops;
static int variables;
static tflite::MicroInterpreter* open(size_t size) {
  const tflite::Model* m = tflite::GetModel(model_bytes);
  if (variables == 0) return new (place) tflite::MicroInterpreter(m, ops, arena, size);
  tflite::MicroAllocator* a = tflite::MicroAllocator::Create(arena, size);
  return new (place) tflite::MicroInterpreter(m, ops, a, tflite::MicroResourceVariables::Create(a, variables));
}
static uint32_t state = 1;
static uint32_t draw() { state = state * 1664525u + 1013904223u; return state; }
static void fill(TfLiteTensor* t) {
  size_t n = 1; for (int i = 0; i < t->dims->size; i++) n *= t->dims->data[i];
  for (size_t i = 0; i < n; i++) { uint32_t s = draw(); switch (t->type) {
    case kTfLiteFloat32: t->data.f[i] = (int32_t)(s >> 20) / 2048.0f - 1; break;
    case kTfLiteBool: t->data.uint8[i] = s >> 31; break;
    case kTfLiteUInt8: t->data.uint8[i] = s >> 24; break;
    case kTfLiteInt8: t->data.int8[i] = (int32_t)s >> 24; break;
    case kTfLiteInt16: t->data.i16[i] = (int32_t)s >> 16; break;
    case kTfLiteInt32: t->data.i32[i] = (int32_t)s >> 20; break;
    case kTfLiteUInt32: t->data.u32[i] = s >> 20; break;
    case kTfLiteInt64: t->data.i64[i] = (int32_t)s >> 20; break;
    case kTfLiteUInt64: t->data.u64[i] = s >> 20; break;
    default: break; } }
}
int main() {
  char line[512]; uint32_t a[2] = {(uint32_t)line, sizeof line}; sh(0x15, a);
  char path[400]; int invocations = 1;
  sscanf(line, "%399s %d %d", path, &invocations, &variables);
  uint32_t o[3] = {(uint32_t)path, 1, (uint32_t)strlen(path)}; int h = sh(1, o);
  uint32_t hl[1] = {(uint32_t)h}; int len = sh(0xC, hl);
  uint32_t rd[3] = {(uint32_t)h, (uint32_t)model_bytes, (uint32_t)len}; sh(6, rd);
  char b[80];
  register_all(&ops);
  auto* i = open(kArena);
  if (i->AllocateTensors() != kTfLiteOk) { say("REFUSED allocate\n"); finish(0); }
  for (int k = 0; k < invocations; k++) {
    for (size_t p = 0; p < i->inputs_size(); p++) fill(i->input(p));
    if (i->Invoke() != kTfLiteOk) { say("REFUSED invoke\n"); finish(0); }
  }
  for (size_t p = 0; p < i->outputs_size(); p++) {
    say("OUT "); TfLiteTensor* t = i->output(p);
    for (size_t k = 0; k < t->bytes; k++) { snprintf(b, sizeof b, "%02x", t->data.uint8[k]); say(b); }
    say("\n");
  }
  size_t used = i->arena_used_bytes();
  size_t low = 0, high = kArena / 16;
  i->~MicroInterpreter();
  say("SEARCH\n");
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    auto* j = open(middle * 16);
    if (j != nullptr && j->AllocateTensors() == kTfLiteOk) high = middle; else low = middle;
  }
  snprintf(b, sizeof b, "ARENA %u %u\n", (unsigned)used, (unsigned)(high * 16)); say(b);
  finish(0);
}
