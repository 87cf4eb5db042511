/* What an app's native library does to read around the Java APIs. */
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
