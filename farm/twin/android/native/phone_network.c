/*
 * Native methods of java.net.NetworkInterface that show the phone's interfaces, lo and wlan0,
 * instead of the host's. The Java methods that apps call stay the JDK's own.
 */
#include <jni.h>
#include <string.h>

#define LOOPBACK 1
#define WLAN 7

static jbyte address[6];
static jboolean has_address = JNI_FALSE;

static jobject interface_named(JNIEnv *env, jclass type, const char *name, jint index) {
  jmethodID make = (*env)->GetMethodID(env, type, "<init>", "()V");
  jobject made = (*env)->NewObject(env, type, make);
  if (made == NULL) return NULL;
  jstring text = (*env)->NewStringUTF(env, name);
  (*env)->SetObjectField(env, made,
      (*env)->GetFieldID(env, type, "name", "Ljava/lang/String;"), text);
  (*env)->SetObjectField(env, made,
      (*env)->GetFieldID(env, type, "displayName", "Ljava/lang/String;"), text);
  (*env)->SetIntField(env, made, (*env)->GetFieldID(env, type, "index", "I"), index);
  jclass inet = (*env)->FindClass(env, "java/net/InetAddress");
  (*env)->SetObjectField(env, made,
      (*env)->GetFieldID(env, type, "addrs", "[Ljava/net/InetAddress;"),
      (*env)->NewObjectArray(env, 0, inet, NULL));
  jfieldID bindings = (*env)->GetFieldID(env, type, "bindings", "[Ljava/net/InterfaceAddress;");
  jclass bound = (*env)->FindClass(env, "java/net/InterfaceAddress");
  (*env)->SetObjectField(env, made, bindings, (*env)->NewObjectArray(env, 0, bound, NULL));
  jfieldID children = (*env)->GetFieldID(env, type, "childs", "[Ljava/net/NetworkInterface;");
  (*env)->SetObjectField(env, made, children, (*env)->NewObjectArray(env, 0, type, NULL));
  return made;
}

static jobject by_index(JNIEnv *env, jclass type, jint index) {
  if (index == LOOPBACK) return interface_named(env, type, "lo", LOOPBACK);
  if (index == WLAN) return interface_named(env, type, "wlan0", WLAN);
  return NULL;
}

static jobject by_name(JNIEnv *env, jclass type, jstring wanted) {
  const char *name = (*env)->GetStringUTFChars(env, wanted, NULL);
  if (name == NULL) return NULL;
  jint index = !strcmp(name, "lo") ? LOOPBACK : !strcmp(name, "wlan0") ? WLAN : 0;
  (*env)->ReleaseStringUTFChars(env, wanted, name);
  return by_index(env, type, index);
}

static jobjectArray all(JNIEnv *env, jclass type) {
  jobjectArray found = (*env)->NewObjectArray(env, 2, type, NULL);
  if (found == NULL) return NULL;
  (*env)->SetObjectArrayElement(env, found, 0, by_index(env, type, LOOPBACK));
  (*env)->SetObjectArrayElement(env, found, 1, by_index(env, type, WLAN));
  return found;
}

static jbyteArray hardware_address(
    JNIEnv *env, jclass type, jbyteArray bound, jstring name, jint index) {
  (void)type, (void)bound, (void)name;
  if (index != WLAN || !has_address) return NULL;
  jbyteArray bytes = (*env)->NewByteArray(env, sizeof address);
  if (bytes != NULL) (*env)->SetByteArrayRegion(env, bytes, 0, sizeof address, address);
  return bytes;
}

static jboolean is_loopback(JNIEnv *env, jclass type, jstring name, jint index) {
  (void)env, (void)type, (void)name;
  return index == LOOPBACK;
}

static jboolean is_up(JNIEnv *env, jclass type, jstring name, jint index) {
  (void)env, (void)type, (void)name, (void)index;
  return JNI_TRUE;
}

JNIEXPORT void JNICALL Java_com_android_internal_os_WifiInterface_register(
    JNIEnv *env, jclass caller, jbyteArray mac) {
  (void)caller;
  if (mac != NULL && (*env)->GetArrayLength(env, mac) == (jsize)sizeof address) {
    (*env)->GetByteArrayRegion(env, mac, 0, sizeof address, address);
    has_address = JNI_TRUE;
  }
  jclass type = (*env)->FindClass(env, "java/net/NetworkInterface");
  if (type == NULL) return;
  const JNINativeMethod methods[] = {
      {"getAll", "()[Ljava/net/NetworkInterface;", (void *)all},
      {"getByName0", "(Ljava/lang/String;)Ljava/net/NetworkInterface;", (void *)by_name},
      {"getByIndex0", "(I)Ljava/net/NetworkInterface;", (void *)by_index},
      {"getMacAddr0", "([BLjava/lang/String;I)[B", (void *)hardware_address},
      {"isLoopback0", "(Ljava/lang/String;I)Z", (void *)is_loopback},
      {"isUp0", "(Ljava/lang/String;I)Z", (void *)is_up},
  };
  (*env)->RegisterNatives(env, type, methods, sizeof methods / sizeof methods[0]);
}
