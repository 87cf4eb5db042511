package android.hardware;

/** Who is told of a sensor's values. */
public interface SensorEventListener {
    void onAccuracyChanged(Sensor sensor, int accuracy);
}
