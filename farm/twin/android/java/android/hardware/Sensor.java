package android.hardware;

/** A sensor of the phone. */
public final class Sensor {
    public static final int TYPE_ALL = -1;
    public static final int TYPE_ACCELEROMETER = 1;
    private final String name;

    Sensor(String name) {
        this.name = name;
    }

    public String getName() {
        return name;
    }

    public int getType() {
        return TYPE_ACCELEROMETER;
    }
}
