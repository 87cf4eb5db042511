/* What an app's native library does to read around the Java APIs. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <jni.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int __system_property_get(const char *name, char *value);

/* What compilers put in for open(2) where they check calls, and for stat(2) before glibc 2.33. */
int __open_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __xstat64(int version, const char *path, struct stat64 *answer);
int __lxstat64(int version, const char *path, struct stat64 *answer);
int __fxstatat64(int version, int folder, const char *path, struct stat64 *answer, int flags);

static jstring text(JNIEnv *env, const char *value) { return (*env)->NewStringUTF(env, value); }

JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_property(JNIEnv *env, jclass type, jstring name) {
  char value[92] = "";
  const char *asked = (*env)->GetStringUTFChars(env, name, NULL);
  __system_property_get(asked, value);
  (*env)->ReleaseStringUTFChars(env, name, asked);
  return text(env, value);
}

JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_open(JNIEnv *env, jclass type, jstring path) {
  const char *asked = (*env)->GetStringUTFChars(env, path, NULL);
  int fd = open(asked, O_RDONLY);
  FILE *file = fopen(asked, "r");
  (*env)->ReleaseStringUTFChars(env, path, asked);
  char answer[32];
  snprintf(answer, sizeof answer, "%s", fd < 0 ? "refused" : "opened");
  if (fd >= 0) close(fd);
  if (file != NULL) fclose(file);
  return text(env, answer);
}

/* Looks for `su` by every function there is, each below a folder of the function's name. */
JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_search(JNIEnv *env, jclass type) {
  struct stat found;
  struct stat64 found64;
  char target[8];
  int kept = 0;
  kept += open("/system/open/su", O_RDONLY) >= 0;
  kept += open64("/system/open64/su", O_RDONLY) >= 0;
  kept += __open_2("/system/__open_2/su", O_RDONLY) >= 0;
  kept += openat(AT_FDCWD, "/system/openat/su", O_RDONLY) >= 0;
  kept += openat64(AT_FDCWD, "/system/openat64/su", O_RDONLY) >= 0;
  kept += __openat_2(AT_FDCWD, "/system/__openat_2/su", O_RDONLY) >= 0;
  kept += fopen("/system/fopen/su", "r") != NULL;
  kept += fopen64("/system/fopen64/su", "r") != NULL;
  kept += access("/system/access/su", F_OK) == 0;
  kept += faccessat(AT_FDCWD, "/system/faccessat/su", F_OK, 0) == 0;
  kept += stat("/system/stat/su", &found) == 0;
  kept += stat64("/system/stat64/su", &found64) == 0;
  kept += lstat("/system/lstat/su", &found) == 0;
  kept += lstat64("/system/lstat64/su", &found64) == 0;
  kept += fstatat(AT_FDCWD, "/system/fstatat/su", &found, 0) == 0;
  kept += fstatat64(AT_FDCWD, "/system/fstatat64/su", &found64, 0) == 0;
  kept += __xstat64(1, "/system/__xstat64/su", &found64) == 0;
  kept += __lxstat64(1, "/system/__lxstat64/su", &found64) == 0;
  kept += __fxstatat64(1, AT_FDCWD, "/system/__fxstatat64/su", &found64, 0) == 0;
  kept += readlink("/system/readlink/su", target, sizeof target) > 0;
  kept += opendir("/system/opendir/su") != NULL;
  return text(env, kept == 0 ? "nothing" : "something");
}

JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_hardware(JNIEnv *env, jclass type) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, "lo");
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int done = ioctl(fd, SIOCGIFHWADDR, &request);
  close(fd);
  struct ifaddrs *list;
  if (getifaddrs(&list) == 0) freeifaddrs(list);
  return text(env, done == 0 ? "read" : "refused");
}

JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_shell(JNIEnv *env, jclass type) {
  FILE *out = popen("echo from the shell", "r");
  char line[64] = "";
  if (out != NULL && fgets(line, sizeof line, out) != NULL) line[strcspn(line, "\n")] = 0;
  if (out != NULL) pclose(out);
  return text(env, line);
}

/* TLS by a library of the app's own, up to the answer to its ClientHello. */
JNIEXPORT jstring JNICALL Java_com_example_victim_Tracker_tls(JNIEnv *env, jclass type, jint port) {
  void *lib = dlopen("libssl.so.3", RTLD_NOW);
  if (lib == NULL) return text(env, "no library");
  void *(*method)(void) = (void *(*)(void))dlsym(lib, "TLS_client_method");
  void *(*make_context)(void *) = (void *(*)(void *))dlsym(lib, "SSL_CTX_new");
  void *(*make)(void *) = (void *(*)(void *))dlsym(lib, "SSL_new");
  int (*set_fd)(void *, int) = (int (*)(void *, int))dlsym(lib, "SSL_set_fd");
  int (*connect_tls)(void *) = (int (*)(void *))dlsym(lib, "SSL_connect");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return text(env, "refused");
  void *ssl = make(make_context(method()));
  set_fd(ssl, fd);
  int done = connect_tls(ssl);
  close(fd);
  return text(env, done == 1 ? "connected" : "failed");
}
