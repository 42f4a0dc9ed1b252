/* Reads the words of a dialog of another program, or presses its first button: `dialog TITLE [press]`. */
#include <stdio.h>
#include <windows.h>

/* How long a program may take until it shows its dialog, in steps of 100 ms. */
#define STEPS 600

static BOOL CALLBACK say(HWND window, LPARAM unused)
{
    WCHAR text[4096];
    char bytes[3 * 4096];
    (void)unused;
    /* Unlike GetWindowText, this asks controls of other programs too. */
    if (SendMessageW(window, WM_GETTEXT, 4096, (LPARAM)text) > 0
        && WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL))
        puts(bytes);
    return TRUE;
}

int wmain(int count, WCHAR **words)
{
    HWND dialog = NULL;
    for (int step = 0; !dialog && step < STEPS; step++) {
        if (step) Sleep(100);
        dialog = FindWindowW(NULL, words[1]);
    }
    if (!dialog) return 1;
    if (count == 2) {
        EnumChildWindows(dialog, say, 0);
        return 0;
    }
    HWND button = FindWindowExW(dialog, NULL, L"Button", NULL);
    return !button || !PostMessageW(button, BM_CLICK, 0, 0);
}
