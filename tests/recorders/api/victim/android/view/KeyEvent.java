package android.view;

public class KeyEvent extends InputEvent {}
