/* What an app's native library does to read around the Java APIs. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <jni.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int __system_property_get(const char *name, char *value);

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
