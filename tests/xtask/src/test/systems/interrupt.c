/* Runs a program and presses Ctrl-C once a file is there: `interrupt FILE PROGRAM ARGUMENT ...`.
   It ends as the program does. The program has to be in a console, as everything that it prints is. */
#include <windows.h>

/* How long the file may take, in steps of 50 ms. */
#define STEPS 1200

int wmain(int count, WCHAR **words)
{
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION program;
    DWORD code = 99;
    WCHAR *line = GetCommandLineW();
    /* What is to be run stands behind the first two words, none of which holds a space. */
    for (int skipped = 0; skipped < 2; skipped++) {
        while (*line && *line != L' ') line++;
        while (*line == L' ') line++;
    }
    if (count < 3 || !CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &program))
        return 98;
    for (int step = 0; step < STEPS; step++) {
        if (GetFileAttributesW(words[1]) != INVALID_FILE_ATTRIBUTES) {
            /* Not for this program itself. */
            SetConsoleCtrlHandler(NULL, TRUE);
            if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) return 97;
            break;
        }
        if (WaitForSingleObject(program.hProcess, 50) == WAIT_OBJECT_0) break;
    }
    WaitForSingleObject(program.hProcess, INFINITE);
    GetExitCodeProcess(program.hProcess, &code);
    return (int)code;
}
