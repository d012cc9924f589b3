/** Names of files that are models wherever they are, in any letter case. */
export const modelFile = /\.(onnx|ort|tflite)$/i;
