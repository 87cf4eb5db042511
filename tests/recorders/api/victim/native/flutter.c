/*
 * The beginning of BoringSSL's ssl_verify_peer_cert as a compiler made it for x86-64 in one of
 * Flutter's engines; the rest reads its answer from what it was given. 0: trusted.
 */
#include <jni.h>
#include <stdint.h>
#include <string.h>

__asm__(
    ".text\n"
    ".type verify, @function\n"
    "verify:\n"
    "  push %rbp\n  push %r15\n  push %r14\n  push %r13\n  push %r12\n  push %rbx\n"
    "  sub $0x18, %rsp\n"
    "  .byte 0x49, 0x89, 0xff\n"                               /* mov r15, rdi */
    "  .byte 0x48, 0x8b, 0x1f\n"                               /* mov rbx, [rdi] */
    "  .byte 0x48, 0x8b, 0x43, 0x30\n"                         /* mov rax, [rbx + 0x30] */
    "  .byte 0x4c, 0x8b, 0xa0, 0x28, 0x02, 0x00, 0x00\n"       /* mov r12, [rax + 0x228] */
    "  .byte 0x4d, 0x85, 0xe4\n"                               /* test r12, r12 */
    "  .byte 0x74, 0x00\n"                                     /* je on */
    "  mov %r12, %rax\n"
    "  add $0x18, %rsp\n"
    "  pop %rbx\n  pop %r12\n  pop %r13\n  pop %r14\n  pop %r15\n  pop %rbp\n"
    "  ret\n");

extern int verify(void *handshake);

JNIEXPORT jint JNICALL Java_com_example_victim_Tracker_flutter(JNIEnv *env, jclass type, jboolean trusted) {
  static uint64_t config[100], ssl[10];
  void *handshake = ssl;
  config[0x228 / 8] = trusted ? 0 : 1;
  ssl[0x30 / 8] = (uint64_t)config;
  return verify(&handshake);
}
