/**
 * Methods of HotSpot that are hooked together are put into place together.
 *
 * For each method that it replaces, the Java bridge lets HotSpot walk all classes, so that none
 * keeps the old one, and look through all compiled code. At an app's start that is done for some
 * hundred methods and a thousand classes. One walk after the last of them finds the same: it asks
 * each old method that it meets for its successor. It happens in the same stop of all threads, so
 * that no thread ever runs between the two.
 *
 * The bridge calls these functions by addresses that it looks up; it is given ours. Where HotSpot is
 * older than 13, a walk is for one class only, and everything stays as it is.
 */

type Find = (name: string) => NativePointer | null;

const EXECUTE = "_ZN8VMThread7executeEP12VM_Operation";
const DO_IT = "_ZN18VM_RedefineClasses4doitEv";
const OPERATION = "_ZTV18VM_RedefineClasses"; // its table of virtual functions
const WALK_CLASSES = "_ZN20ClassLoaderDataGraph10classes_doEP12KlassClosure";
const WALK_CODE = "_ZN18VM_RedefineClasses20flush_dependent_codeEv";
const VISIT_ANY_CLASS = "_ZN18VM_RedefineClasses22AdjustAndCleanMetadata8do_klassEP5Klass";
const MOST_SLOTS = 15;
const CLOSURE_WORDS = 3; // its table, then what the bridge sets: thread and thread

/** Kept for as long as the script lives: HotSpot calls into it. */
let batch: Batch | null = null;

/** Functions to use in place of HotSpot's own, by symbol; none where that cannot be done. */
export function batched(find: Find): Map<string, NativePointer> {
  const [execute, doIt, table, walkClasses, walkCode] = [EXECUTE, DO_IT, OPERATION, WALK_CLASSES, WALK_CODE].map(find);
  if (!execute || !doIt || !table || !walkClasses || !walkCode || find(VISIT_ANY_CLASS) === null) return new Map();
  const word = Process.pointerSize;
  const slots = Array.from({ length: MOST_SLOTS }, (_, slot) => slot * word);
  const slot = slots.find((offset) => table.add(2 * word + offset).readPointer().equals(doIt));
  if (slot === undefined) return new Map();
  batch = new Batch(execute, walkClasses, walkCode, slot);
  return batch.functions;
}

/** Puts off the walks that are asked for during an operation of the VM thread, to its end. */
class Batch {
  readonly functions: Map<string, NativePointer>;
  private readonly operations = new Map<string, (self: NativePointer) => void>();
  private readonly closure = Memory.alloc(CLOSURE_WORDS * Process.pointerSize);
  private readonly closureTable = Memory.alloc(Process.pointerSize);
  private readonly doIt: NativePointer;
  private running = false;
  private classes = false;
  private code = false;

  constructor(
    execute: NativePointer,
    walkClasses: NativePointer,
    walkCode: NativePointer,
    private readonly slot: number,
  ) {
    const call = new NativeFunction(execute, "void", ["pointer"], { exceptions: "propagate" });
    const visit = new NativeFunction(walkClasses, "void", ["pointer"], { exceptions: "propagate" });
    const flush = new NativeFunction(walkCode, "void", [], { exceptions: "propagate" });
    this.doIt = new NativeCallback(
      (operation: NativePointer) => {
        this.run(operation, flush, () => {
          visit(this.closure);
        });
      },
      "void",
      ["pointer"],
    );
    this.functions = new Map<string, NativePointer>([
      [
        EXECUTE,
        new NativeCallback(
          (operation: NativePointer) => {
            this.enter(operation);
            call(operation);
            this.operations.delete(operation.toString());
          },
          "void",
          ["pointer"],
        ),
      ],
      [
        WALK_CLASSES,
        new NativeCallback(
          (closure: NativePointer) => {
            if (this.running) this.keep(closure);
            else visit(closure);
          },
          "void",
          ["pointer"],
        ),
      ],
      [
        WALK_CODE,
        new NativeCallback(
          () => {
            if (this.running) this.code = true;
            else flush();
          },
          "void",
          [],
        ),
      ],
    ]);
  }

  /** Before the operation is handed over: its table is the bridge's own copy. */
  private enter(operation: NativePointer): void {
    const place = operation.readPointer().add(this.slot);
    const work = new NativeFunction(place.readPointer(), "void", ["pointer"], { exceptions: "propagate" });
    this.operations.set(operation.toString(), work);
    place.writePointer(this.doIt);
  }

  /** On the VM thread, while all others stand. */
  private run(operation: NativePointer, flush: () => void, visit: () => void): void {
    this.running = true;
    try {
      this.operations.get(operation.toString())?.(operation);
    } finally {
      this.running = false;
      if (this.code) flush();
      if (this.classes) visit();
      this.code = false;
      this.classes = false;
    }
  }

  /** The bridge's closure is gone before the walk: what is in it stays. */
  private keep(closure: NativePointer): void {
    const bytes = closure.readByteArray(CLOSURE_WORDS * Process.pointerSize);
    if (bytes === null) return;
    this.closure.writeByteArray(bytes);
    this.closureTable.writePointer(closure.readPointer().readPointer());
    this.closure.writePointer(this.closureTable);
    this.classes = true;
  }
}
