/** All that is observed beside the catalogue. */

import type { Configuration } from "../catalogue.js";
import type { Behaviour } from "../engine.js";
import { nativeCalls } from "../native-calls.js";
import type { NativeWatch } from "../natives.js";
import { setPackage } from "./android.js";
import { code } from "./code.js";
import { setBounds } from "./common.js";
import { compression } from "./compression.js";
import { components } from "./components.js";
import { exits } from "./exits.js";
import { permissions } from "./permissions.js";
import { instruments, portTried } from "./instruments.js";
import { sockets } from "./sockets.js";
import { jdkTls, nativeTls } from "./tls.js";
import { touches } from "./touches.js";
import { transforms } from "./transforms.js";
import { webViews } from "./webview.js";

export function behaviours(configuration: Configuration): Behaviour[] {
  setBounds(configuration.limits);
  setPackage(configuration.package);
  return [
    ...exits(),
    ...transforms(),
    ...compression(),
    ...permissions(),
    ...components(),
    ...touches(),
    ...code(),
    ...webViews(),
    ...jdkTls(),
  ];
}

/** Native functions that are watched: the catalogue's, and those of behaviours. */
export function nativeWatches(configuration: Configuration): NativeWatch[] {
  return [
    ...nativeCalls(configuration.natives, configuration.limits),
    ...sockets(portTried),
    ...nativeTls(),
    ...instruments(),
  ];
}
