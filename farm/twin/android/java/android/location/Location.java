package android.location;

/** A place. */
public class Location {
    private final String provider;
    private double latitude;
    private double longitude;

    public Location(String provider) {
        this.provider = provider;
    }

    public String getProvider() {
        return provider;
    }

    public double getLatitude() {
        return latitude;
    }

    public double getLongitude() {
        return longitude;
    }

    public void setLatitude(double latitude) {
        this.latitude = latitude;
    }

    public void setLongitude(double longitude) {
        this.longitude = longitude;
    }

    public float getAccuracy() {
        return 25;
    }

    public long getTime() {
        return System.currentTimeMillis();
    }

    @Override
    public String toString() {
        return "Location[" + provider + " " + latitude + "," + longitude + "]";
    }
}
