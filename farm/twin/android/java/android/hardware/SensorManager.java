package android.hardware;

import java.util.Collections;
import java.util.List;

/** The phone's sensors; they lie still. */
public class SensorManager {
    public static final int SENSOR_DELAY_NORMAL = 3;

    public List<Sensor> getSensorList(int type) {
        return Collections.singletonList(new Sensor("LSM6DSM Accelerometer"));
    }

    public Sensor getDefaultSensor(int type) {
        return getSensorList(type).get(0);
    }

    public boolean registerListener(SensorEventListener listener, Sensor sensor, int samplingPeriodUs) {
        return true;
    }

    public void unregisterListener(SensorEventListener listener) {}
}
