/**
 * HotSpot's symbols, looked up one by one. The Java bridge makes a table of all 58,000 of them to
 * take some fifty out, which costs an app's start more than all hooks together.
 *
 * Has to be imported before the bridge, which makes its table as it is imported. Nothing on ART
 * comes through here.
 */

import { batched } from "./hotspot-batch.js";

type Named = { [name: string]: ModuleSymbolDetails | ModuleExportDetails };
type Collect = (known: Named, symbol: ModuleSymbolDetails) => Named;

/** In place of a list of symbols: what is collected from it finds each symbol as it is asked for. */
function symbolsOnDemand(module: Module): ModuleSymbolDetails[] {
  const ours = batched((name) => module.findSymbolByName(name));
  const find = (known: Named, name: string | symbol): unknown => {
    if (typeof name !== "string") return undefined;
    const address = ours.get(name) ?? (known[name] === undefined ? module.findSymbolByName(name) : null);
    return address === null ? known[name] : { name, address };
  };
  const list: ModuleSymbolDetails[] = [];
  const reduce = (_collect: Collect, known: Named): Named => new Proxy(known, { get: find });
  return Object.assign(list, { reduce });
}

const hotSpot = Process.findModuleByName("libjvm.so");
if (hotSpot !== null) {
  const all = Object.getOwnPropertyDescriptor(Module.prototype, "enumerateSymbols")?.value as () => ModuleSymbolDetails[];
  Module.prototype.enumerateSymbols = function (this: Module): ModuleSymbolDetails[] {
    return this.base.equals(hotSpot.base) ? symbolsOnDemand(this) : all.call(this);
  };
}
