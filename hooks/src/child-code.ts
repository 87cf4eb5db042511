/**
 * The machine's side of watching children: C that takes no lock, and code that is written over other
 * code. Knows nothing of what is recorded.
 */

/** More than any hook overwrites at the start of a function. */
export const CODE_BYTES = 32;
export const HEADER_BYTES = 40;
export const MOST_BYTES = 4096; // PIPE_BUF of Linux: written whole, however many write

export interface Processor {
  /** Number of the system call. */
  execve: number;
  /** Jumps to the address that follows. */
  jump: number[];
  /** Instructions that make it read new code at an address. */
  clean: number[];
}

export const PROCESSORS: { [arch: string]: Processor } = {
  x64: { execve: 59, jump: [0xff, 0x25, 0, 0, 0, 0], clean: [] },
  arm64: {
    execve: 221,
    jump: [0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6], // ldr x16, #8; br x16
    clean: [
      0xd50b7b20, // dc cvau, x0
      0x91007c01, // add x1, x0, #31
      0xd50b7b21, // dc cvau, x1
      0xd5033b9f, // dsb ish
      0xd50b7520, // ic ivau, x0
      0xd50b7521, // ic ivau, x1
      0xd5033b9f, // dsb ish
      0xd5033fdf, // isb
      0xd65f03c0, // ret
    ],
  },
};

/** `left_fork` ends fork(2), `watched_execve` stands in its function's place; neither takes a lock. */
export const SOURCE = `
#include <gum/guminterceptor.h>

typedef unsigned long Word;
typedef struct { unsigned char * place; unsigned char code[${CODE_BYTES}]; } Hooked;
typedef struct { unsigned int size, kind; long seconds, nanoseconds; Word self; int pid, error; } Header;

extern int getpid (void);
extern Word pthread_self (void);
extern long write (int, const void *, Word);
extern int mprotect (void *, Word, int);
extern int clock_gettime (int, long *);
extern int * errno_place (void);
extern void (* clear_cache) (void *);

extern long syscall (long, ...);

extern int execve_number;
extern int pipe_end;
extern int page_size;
extern int hooked_count;
extern Hooked hooked[];

void
left_fork (GumInvocationContext * ic)
{
  int i, j;
  if ((int) (Word) gum_invocation_context_get_return_value (ic) != 0)
    return;
  for (i = hooked_count - 1; i >= 0; i--) /* the oldest last: its code is the original */
  {
    unsigned char * place = hooked[i].place;
    Word start = (Word) place & ~((Word) page_size - 1);
    Word size = (Word) place + ${CODE_BYTES} - start;
    if (mprotect ((void *) start, size, 7) != 0)
      continue;
    for (j = 0; j != ${CODE_BYTES}; j++)
      place[j] = hooked[i].code[j];
    mprotect ((void *) start, size, 5);
    if (clear_cache != 0)
      clear_cache (place);
  }
}

static void
say (unsigned char * message, unsigned int size, int kind, int error)
{
  Header * header = (Header *) message;
  header->size = size;
  header->kind = kind;
  clock_gettime (0, &header->seconds);
  header->self = pthread_self ();
  header->pid = getpid ();
  header->error = error;
  write (pipe_end, message, size);
}

static unsigned int
append (unsigned char * message, unsigned int size, const char * text)
{
  while (size < ${MOST_BYTES - 1} && *text != 0)
    message[size++] = *text++;
  message[size++] = 0;
  return size;
}

int
watched_execve (const char * path, char ** arguments, char ** environment)
{
  unsigned char message[${MOST_BYTES}];
  unsigned int size = ${HEADER_BYTES};
  int i, result, error;
  if (path != 0)
  {
    size = append (message, size, path);
    for (i = 0; arguments != 0 && arguments[i] != 0 && size < ${MOST_BYTES - 1}; i++)
      size = append (message, size, arguments[i]);
    say (message, size, 1, 0);
  }
  result = (int) syscall (execve_number, path, arguments, environment);
  error = *errno_place ();
  say (message, ${HEADER_BYTES}, 2, error);
  *errno_place () = error;
  return result;
}
`;

/**
 * Put a jump over the start of a function that is never called any more, until `lifetime` is gone.
 * Interceptor would keep an entry on the thread's stack of calls for each call, which one that never
 * returns leaves there.
 */
export function replaceWhole(
  address: NativePointer,
  processor: Processor,
  replacement: NativePointer,
  lifetime: object,
): void {
  const size = processor.jump.length + Process.pointerSize;
  const before = address.readByteArray(size);
  if (before === null) throw new Error("cannot be read");
  const patch = (write: (place: NativePointer) => void): void => {
    Memory.patchCode(address, size, write);
  };
  patch((place) => place.writeByteArray(processor.jump).add(processor.jump.length).writePointer(replacement));
  Script.bindWeak(lifetime, () => {
    patch((place) => void place.writeByteArray(before)); // the script goes, and its code with it
  });
}

/** Code that makes the processor read new code at an address; null: it does so by itself. */
export function cleaner(processor: Processor): NativePointer {
  const { clean } = processor;
  if (clean.length === 0) return NULL;
  const code = Memory.alloc(Process.pageSize);
  Memory.patchCode(code, clean.length * 4, (writable) => {
    clean.forEach((instruction, index) => writable.add(index * 4).writeU32(instruction));
  });
  return code;
}
