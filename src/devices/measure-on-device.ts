import { sha256 } from '../basics/sha256.ts';
import { type DeviceMetrics, deviceMetrics, parseDeviceResult } from './device-result.ts';
import { fetchDeviceResult, resultUrl } from './fetch-result.ts';
import { type DeviceCommand, type DeviceSubject, runDeviceCommand } from './run-command.ts';

/** Where measured numbers come from: a command of the user's, or results at an address. */
export type Device =
  | { readonly kind: 'command'; readonly command: DeviceCommand }
  | { readonly kind: 'url'; readonly template: string };

/** What a device says of an artifact. @throws UserError when it can't be asked or what it says is no result */
export async function measureOnDevice(device: Device, subject: DeviceSubject): Promise<DeviceMetrics> {
  if (device.kind === 'command') {
    const label = device.command.path;
    return deviceMetrics(parseDeviceResult(await runDeviceCommand(device.command, subject), label), label);
  }
  const url = resultUrl(device.template, { sha256: sha256(subject.artifact), targetId: subject.targetId });
  return deviceMetrics(parseDeviceResult(await fetchDeviceResult(url), url), url);
}
