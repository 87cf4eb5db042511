/* Functions of the NDK's libraries, with the signatures of its headers; one library by each name. */
#include <stddef.h>
#include <stdint.h>

#if defined(libaaudio)
int32_t AAudioStream_requestStart(void *stream) { return stream != NULL ? 0 : -1; }
#elif defined(libcamera2ndk)
int ACameraManager_openCamera(void *manager, const char *id, void *callbacks, void **device) {
  *device = manager;
  return id != NULL && callbacks != NULL ? 0 : -1;
}
#elif defined(libmediandk)
typedef struct {
  const uint8_t *ptr;
  size_t length;
} AMediaDrmByteArray;
int AMediaDrm_getPropertyByteArray(void *drm, const char *name, AMediaDrmByteArray *value) {
  static const uint8_t id[4] = {0xd3, 0x00, 0x1f, 0xa5};
  value->ptr = id;
  value->length = sizeof id;
  return drm != NULL && name != NULL ? 0 : -1;
}
#elif defined(libOpenSLES)
uint32_t slCreateEngine(void **engine, uint32_t options_count, const void *options,
                        uint32_t interfaces_count, const void *interfaces, const void *required) {
  *engine = engine;
  return options_count + interfaces_count + (options != NULL) + (interfaces != NULL) + (required != NULL);
}
#elif defined(libandroid)
int ASensorManager_getSensorList(void *manager, void **list) {
  *list = manager;
  return 3;
}
int ASensorEventQueue_enableSensor(void *queue, const void *sensor) { return queue == sensor ? -1 : 0; }
int ASensorEventQueue_registerSensor(void *queue, const void *sensor, int32_t period, int64_t latency) {
  return queue == sensor || period < 0 || latency < 0 ? -1 : 0;
}
#endif
