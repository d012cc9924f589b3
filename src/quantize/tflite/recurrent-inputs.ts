/** Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM (lstm_shared.h of tensorflow/tflite-micro): for input, forget, cell and output gate. */
export const inputWeights = [1, 2, 3, 4];
export const recurrentWeights = [5, 6, 7, 8];
export const biases = [12, 13, 14, 15];
export const unsupported = [9, 10, 11, 16, 17, 20, 21, 22, 23];
export const hiddenState = 18;
export const cellState = 19;

/** Inputs of SVDF. */
export const features = 1;
export const times = 2;
export const svdfBias = 3;
export const svdfState = 4;
